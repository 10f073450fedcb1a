// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IERC20 } from "../../interfaces/IERC20.sol";
import { IERC2612 } from "../../interfaces/IERC2612.sol";
import { IERC3009 } from "../../interfaces/IERC3009.sol";
import { IPermit2 } from "../../interfaces/IPermit2.sol";
import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { Permit, Permit2Transfer, ReceiveAuthorization } from "../../interfaces/SluiceTypes.sol";
import { Hashes } from "../signing/Hashes.sol";
import { TokenPush } from "./TokenPush.sol";

/// @title TokenPull
/// @notice The ways in for ERC-20 tokens. Each is used between two looks at the own balance, so that what counts is what came.
library TokenPull {
    /// @dev The same address on every chain that has it.
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;
    bytes32 private constant WITNESS_TYPE = keccak256("Deposit(bytes32 channelId,uint8 party)");
    string private constant WITNESS_TYPE_STRING =
        "Deposit witness)Deposit(bytes32 channelId,uint8 party)TokenPermissions(address token,uint256 amount)";

    /// @notice Refuses a token that is no ERC-20, as an ERC-721 collection: its transferFrom brings tokens in, but no call takes
    /// them out. Every ERC-20 answers what an allowance is; the sender's is warm after a pull by it.
    /// @param token The token.
    function requireErc20(address token) internal view {
        bytes memory input = abi.encodeCall(IERC20.allowance, (msg.sender, address(this)));
        bool answers;
        assembly ("memory-safe") {
            answers := staticcall(gas(), token, add(input, 0x20), mload(input), 0x00, 0x00)
            answers := and(answers, gt(returndatasize(), 0x1f))
        }
        if (!answers) revert ISluiceErrors.NotErc20(token);
    }

    /// @notice What the contract holds.
    /// @param token The token.
    function balance(address token) internal view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }

    /// @notice By the sender's allowance.
    /// @param token The token.
    /// @param amount How much.
    /// @return answers Whether the token answered true, as no ERC-721 collection does.
    function byAllowance(address token, uint256 amount) internal returns (bool answers) {
        bytes memory input = abi.encodeCall(IERC20.transferFrom, (msg.sender, address(this), amount));
        if (!TokenPush.isTransferred(token, input, gasleft())) {
            revert ISluiceErrors.PullFailed(token, msg.sender, amount);
        }
        assembly ("memory-safe") {
            answers := iszero(iszero(returndatasize()))
        }
    }

    /// @notice Sets the sender's allowance by its ERC-2612 permit. A failure is tolerated: whoever saw the permit may have
    /// submitted it before us, and if the allowance is missing then the pull itself fails.
    /// @param token The token.
    /// @param amount How much is permitted.
    /// @param permit The permit.
    function tryPermit(address token, uint256 amount, Permit calldata permit) internal {
        bytes memory input = abi.encodeCall(
            IERC2612.permit, (msg.sender, address(this), amount, permit.deadline, permit.v, permit.r, permit.s)
        );
        assembly ("memory-safe") {
            pop(call(gas(), token, 0, add(input, 0x20), mload(input), 0x00, 0x00))
        }
    }

    /// @notice By EIP-3009. Its nonce is made from channel and party, so that whoever relays can bring the money nowhere else;
    /// that only the recipient can submit it keeps others from bringing it here without a deposit.
    /// @param token The token.
    /// @param channelId The channel.
    /// @param party For whom.
    /// @param auth The authorization.
    function byAuthorization(address token, bytes32 channelId, uint8 party, ReceiveAuthorization calldata auth)
        internal
    {
        bytes32 nonce = Hashes.words(channelId, bytes32(uint256(party)), auth.salt);
        bytes calldata signature = auth.signature;
        if (signature.length == 65) {
            IERC3009(token)
                .receiveWithAuthorization(
                    auth.from,
                    address(this),
                    auth.value,
                    auth.validAfter,
                    auth.validBefore,
                    nonce,
                    uint8(signature[64]),
                    bytes32(signature[0:32]),
                    bytes32(signature[32:64])
                );
        } else {
            IERC3009(token)
                .receiveWithAuthorization(
                    auth.from, address(this), auth.value, auth.validAfter, auth.validBefore, nonce, signature
                );
        }
    }

    /// @notice By Permit2, with channel and party as the witness.
    /// @param token The token.
    /// @param channelId The channel.
    /// @param party For whom.
    /// @param transfer The signed transfer.
    function byPermit2(address token, bytes32 channelId, uint8 party, Permit2Transfer calldata transfer) internal {
        IPermit2(PERMIT2)
            .permitWitnessTransferFrom(
                IPermit2.PermitTransferFrom(
                    IPermit2.TokenPermissions(token, transfer.amount), transfer.nonce, transfer.deadline
                ),
                IPermit2.SignatureTransferDetails(address(this), transfer.amount),
                transfer.from,
                Hashes.words(WITNESS_TYPE, channelId, bytes32(uint256(party))),
                WITNESS_TYPE_STRING,
                transfer.signature
            );
    }
}
