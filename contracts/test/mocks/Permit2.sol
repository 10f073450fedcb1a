// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IPermit2 } from "../../src/interfaces/IPermit2.sol";
import { Token } from "./Token.sol";

/// @notice Permit2's signature transfer with a witness, as its documentation has it, for ECDSA owners.
contract Permit2 is IPermit2 {
    mapping(address => mapping(uint256 => bool)) public used;

    function digest(PermitTransferFrom memory permit, address spender, bytes32 witness, string memory witnessTypeString)
        public
        view
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
                keccak256("Permit2"),
                block.chainid,
                address(this)
            )
        );
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,",
                witnessTypeString
            )
        );
        bytes32 permitted = keccak256(
            abi.encode(
                keccak256("TokenPermissions(address token,uint256 amount)"),
                permit.permitted.token,
                permit.permitted.amount
            )
        );
        return keccak256(
            abi.encodePacked(
                hex"1901",
                domain,
                keccak256(abi.encode(typeHash, permitted, spender, permit.nonce, permit.deadline, witness))
            )
        );
    }

    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata details,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external {
        require(block.timestamp <= permit.deadline, "SignatureExpired");
        require(details.requestedAmount <= permit.permitted.amount, "InvalidAmount");
        require(!used[owner][permit.nonce], "InvalidNonce");
        used[owner][permit.nonce] = true;
        (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
        bytes32 d = digest(permit, msg.sender, witness, witnessTypeString);
        require(ecrecover(d, uint8(signature[64]), r, s) == owner, "InvalidSigner");
        Token(permit.permitted.token).transferFrom(owner, details.to, details.requestedAmount);
    }
}
