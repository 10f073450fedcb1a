// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Token } from "./Token.sol";
import { Wallet1271 } from "./Wallet1271.sol";

/// @notice A token with ERC-2612 permits and EIP-3009 authorizations.
contract SigningToken is Token {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    mapping(address => uint256) public nonces;
    mapping(address => mapping(bytes32 => bool)) public authorizationState;

    function domainSeparator() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Dollar"),
                keccak256("2"),
                block.chainid,
                address(this)
            )
        );
    }

    function permitDigest(address owner, address spender, uint256 value, uint256 deadline)
        public
        view
        returns (bytes32)
    {
        return digest(keccak256(abi.encode(PERMIT, owner, spender, value, nonces[owner], deadline)));
    }

    function receiveDigest(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) public view returns (bytes32) {
        return digest(keccak256(abi.encode(RECEIVE, from, to, value, validAfter, validBefore, nonce)));
    }

    function digest(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), structHash));
    }

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        require(block.timestamp <= deadline, "expired");
        require(ecrecover(permitDigest(owner, spender, value, deadline), v, r, s) == owner, "permit");
        ++nonces[owner];
        allowance[owner][spender] = value;
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        bytes32 d = receiveDigest(from, to, value, validAfter, validBefore, nonce);
        require(ecrecover(d, v, r, s) == from, "authorization");
        receiveFrom(from, to, value, validAfter, validBefore, nonce);
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 d = receiveDigest(from, to, value, validAfter, validBefore, nonce);
        require(Wallet1271(payable(from)).isValidSignature(d, signature) == 0x1626ba7e, "authorization");
        receiveFrom(from, to, value, validAfter, validBefore, nonce);
    }

    function receiveFrom(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) private {
        require(msg.sender == to, "caller");
        require(block.timestamp > validAfter && block.timestamp < validBefore, "time");
        require(!authorizationState[from][nonce], "used");
        authorizationState[from][nonce] = true;
        move(from, to, value);
    }
}
