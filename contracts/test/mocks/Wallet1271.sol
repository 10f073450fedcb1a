// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice A contract wallet with one owner.
contract Wallet1271 {
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    receive() external payable { }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
        return ecrecover(digest, uint8(signature[64]), r, s) == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }

    function run(address to, bytes calldata input) external {
        require(msg.sender == owner, "owner");
        (bool ok, bytes memory answer) = to.call(input);
        if (!ok) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}

/// @notice Answers something that is no consent, in every way but reverting.
contract OddWallet1271 {
    bytes public answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback() external {
        bytes memory out = answer;
        assembly {
            return(add(out, 0x20), mload(out))
        }
    }
}

/// @notice Reverts with what would be consent if it were an answer.
contract RefusingWallet1271 {
    fallback() external {
        bytes32 magic = bytes32(bytes4(0x1626ba7e));
        assembly {
            mstore(0x00, magic)
            revert(0x00, 0x20)
        }
    }
}
